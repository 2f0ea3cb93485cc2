import { getProxyForUrl } from 'proxy-from-env';

/** The proxy settings of AWS calls. What is omitted comes from the usual variables, in upper or lower case. */
export interface ProxySettings {
  /** One proxy for http and https alike. */
  readonly httpProxy?: string;
  /** Hosts that are reached directly, separated by commas. */
  readonly noProxy?: string;
}

/**
 * The proxy through which the URL is to be reached, or undefined for a direct connection.
 *
 * The library that knows the rules of `*_PROXY` and `NO_PROXY` reads them from the environment alone, so the settings
 * are put there for the time of this look-up.
 */
export function proxyFor(url: URL, settings: ProxySettings = {}): string | undefined {
  const overlay = {
    ...(settings.httpProxy && { http_proxy: settings.httpProxy, https_proxy: settings.httpProxy }),
    ...(settings.noProxy && { no_proxy: settings.noProxy }),
  };
  const before = Object.keys(overlay).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, overlay);
  try {
    return getProxyForUrl(url.href) || undefined;
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
