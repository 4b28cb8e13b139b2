import axios, { type AxiosInstance, type AxiosResponse } from "axios"

/** What Medusa answers is read and compared, not typed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = any

/** A shop as its people use it: Medusa's store and admin API over HTTP. Answers of 400 and more are values, not throws. */
export class ShopClient {
  readonly http: AxiosInstance
  private key = ""
  private adminToken = ""

  constructor(readonly url: string) {
    this.http = axios.create({ baseURL: url, validateStatus: () => true, timeout: 120_000 })
  }

  async logIn(email: string, password: string): Promise<void> {
    const { data } = await this.must("post", "/auth/user/emailpass", { email, password }, {})
    this.adminToken = data.token
    const keys = await this.admin("get", "/admin/api-keys?type=publishable")
    this.key = keys.api_keys[0].token
  }

  get publishableKey(): string {
    return this.key
  }

  get adminHeaders(): Record<string, string> {
    return { authorization: `Bearer ${this.adminToken}` }
  }

  storeHeaders(customerToken?: string): Record<string, string> {
    return {
      "x-publishable-api-key": this.key,
      ...(customerToken ? { authorization: `Bearer ${customerToken}` } : {}),
    }
  }

  /** An admin call that has to succeed. */
  async admin(method: "get" | "post" | "delete", path: string, body?: object): Promise<Answer> {
    return (await this.must(method, path, body, this.adminHeaders)).data
  }

  /** An admin call whose failure is what the caller wants to see. */
  async tryAdmin(method: "get" | "post" | "delete", path: string, body?: object): Promise<AxiosResponse> {
    return this.http.request({ method, url: path, data: body, headers: this.adminHeaders })
  }

  async store(
    method: "get" | "post" | "delete",
    path: string,
    body?: object,
    customerToken?: string,
  ): Promise<Answer> {
    return (await this.must(method, path, body, this.storeHeaders(customerToken))).data
  }

  async tryStore(
    method: "get" | "post" | "delete",
    path: string,
    body?: object,
    customerToken?: string,
  ): Promise<AxiosResponse> {
    return this.http.request({ method, url: path, data: body, headers: this.storeHeaders(customerToken) })
  }

  private async must(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<AxiosResponse> {
    const response = await this.http.request({ method, url: path, data: body, headers })
    if (response.status >= 400)
      throw new Error(`${method.toUpperCase()} ${path} → ${response.status} ${JSON.stringify(response.data)}`)
    return response
  }
}
