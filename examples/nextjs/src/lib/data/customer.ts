"use server"

import { redirect } from "next/navigation"

import { sdk } from "@lib/config"
import { getAuthHeaders, setAuthToken } from "./cookies"

export async function retrieveCustomer() {
  const headers = await getAuthHeaders()
  if (!headers.authorization) return null
  return sdk.store.customer.retrieve({}, headers).then(
    ({ customer }) => customer,
    () => null,
  )
}

/** What went wrong, for the form it went wrong in. */
export type FormState = { error: string } | null

export async function login(_before: FormState, form: FormData): Promise<FormState> {
  try {
    await setAuthToken(await tokenOf(credentialsOf(form)))
  } catch (error) {
    return { error: sentenceOf(error) }
  }
  redirect("/")
}

export async function signup(_before: FormState, form: FormData): Promise<FormState> {
  const credentials = credentialsOf(form)
  try {
    const token = await sdk.auth.register("customer", "emailpass", credentials)
    const headers = { authorization: `Bearer ${token}` }
    await sdk.store.customer.create({ email: credentials.email }, {}, headers)
    await setAuthToken(await tokenOf(credentials))
  } catch (error) {
    return { error: sentenceOf(error) }
  }
  redirect("/")
}

const credentialsOf = (form: FormData) => ({
  email: String(form.get("email")),
  password: String(form.get("password")),
})

async function tokenOf(credentials: { email: string; password: string }): Promise<string> {
  const token = await sdk.auth.login("customer", "emailpass", credentials)
  if (typeof token !== "string") throw new Error("This account signs in elsewhere.")
  return token
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : "That did not work.")
