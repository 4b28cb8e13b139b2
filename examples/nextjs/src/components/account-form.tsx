"use client"

import { useActionState } from "react"

import { login, signup } from "@lib/data/customer"

export function AccountForm() {
  const [signedIn, signIn, isSigningIn] = useActionState(login, null)
  const [created, create, isCreating] = useActionState(signup, null)
  const error = signedIn?.error ?? created?.error
  return (
    <form action={signIn}>
      <label>
        E-mail
        <input name="email" type="email" autoComplete="email" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      {error && <p role="alert">{error}</p>}
      <button disabled={isSigningIn}>Sign in</button>
      <button className="plain" formAction={create} disabled={isCreating}>
        Create an account
      </button>
    </form>
  )
}
