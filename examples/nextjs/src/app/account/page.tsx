import { AccountForm } from "@components/account-form"
import { retrieveCustomer } from "@lib/data/customer"

export default async function Account() {
  const customer = await retrieveCustomer()
  return (
    <>
      <h1>Account</h1>
      {customer ? <p>Signed in as {customer.email}.</p> : <AccountForm />}
    </>
  )
}
