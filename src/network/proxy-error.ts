import type { Explanation } from '../errors/action-error';
import { codeOf, wordsOf } from '../errors/message';
import { meaningOf } from './connection-failure';

/** The proxy was not reached, or opened no way to the server. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Of the proxy's answer, if it answered. */
  readonly status: number | undefined;
  /** Of the failed connection to the proxy. That it closes the connection without a word counts as a refusal. */
  readonly code: string | undefined;
  readonly #proxy: URL;
  readonly #target: string;

  /**
   * @param target what was to be reached: `host:port`
   * @param failure what failed, or the status of the proxy's answer
   */
  constructor(proxy: URL, target: string, failure: unknown) {
    const status = typeof failure === 'number' ? failure : undefined;
    const words = status === undefined ? wordsOf(failure) : `HTTP ${status} to CONNECT ${target}`;
    super(`proxy ${proxy.host}: ${words}`, { cause: failure });
    this.#proxy = proxy;
    this.#target = target;
    this.status = status;
    this.code = status === undefined ? (codeOf(failure) ?? 'ECONNREFUSED') : undefined;
  }

  /** What it means, and what to do about it. */
  get explanation(): Explanation {
    const fix =
      'Correct the proxy in http-proxy or in the variable that names it, or except the host from it with no-proxy.';
    return { code: 'proxy-failed', fix, ...this.#meaning() };
  }

  #meaning(): Partial<Explanation> {
    const { protocol, host } = this.#proxy;
    const { status, code = '', cause } = this;
    if (status === 407) return UNAUTHORIZED;
    if (protocol === 'https:' && /^(EPROTO$|ERR_SSL_)/.test(code)) {
      return { why: `The proxy ${host} does not speak TLS.`, fix: `Write its URL with http:// instead of https://.` };
    }
    if (protocol === 'http:' && (status === 400 || (status === undefined && codeOf(cause) === undefined))) {
      const why = `The proxy ${host} did not answer the request for a tunnel as a proxy does: it speaks TLS, or is none.`;
      return { why, fix: 'If it speaks TLS, write its URL with https://; otherwise correct its host and port.' };
    }
    if (status === undefined) return meaningOf(code, `the proxy ${host}`);
    const why = `The proxy ${host} opened no tunnel to ${this.#target}.`;
    return { why, fix: `Let the proxy reach ${this.#target}, or except that host from it with no-proxy.` };
  }
}

/** What the status 407 means, which only proxies answer. */
export const UNAUTHORIZED: Explanation = {
  code: 'proxy-failed',
  why: 'The proxy asks for a user name and a password, or does not take those in its URL.',
  fix: 'Give them in the URL of http-proxy (from a secret), or except the host with no-proxy.',
};
