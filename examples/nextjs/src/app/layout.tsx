import type { Metadata } from "next"
import Link from "next/link"
import type { ReactNode } from "react"

import { Kit } from "@components/kit"
import "./globals.css"

export const metadata: Metadata = { title: "Tea from the hills", icons: "data:," }

const language = process.env.NEXT_PUBLIC_LANGUAGE ?? "en"

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang={language}>
      <body>
        <header>
          <Link href="/">Example shop</Link>
          <nav>
            <Link href="/account">Account</Link> <Link href="/cart">Cart</Link>
          </nav>
        </header>
        <main>
          <Kit language={language}>{children}</Kit>
        </main>
      </body>
    </html>
  )
}
