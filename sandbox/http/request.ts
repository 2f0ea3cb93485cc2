/** A request that has arrived whole. */
export interface IncomingRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ServiceName = 'sts' | 'iam' | 'rolesanywhere' | 's3' | 'sso' | 'github' | 'terraform' | 'unknown';

/** What the sandbox remembers of a request. */
export interface RecordedRequest {
  readonly service: ServiceName;
  /** The AWS operation; for GitHub and HCP Terraform what was asked for (`id-token`, `PUT secret`, `PATCH var`). */
  readonly action: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** When it arrived, by the sandbox's clock, in milliseconds since 1970. */
  readonly at: number;
  /** ARN of the signer, once the signature is verified. */
  caller?: string;
  /** Undefined while there is no answer, and for good when there never is one. */
  status?: number;
  errorCode?: string;
  /** Whether all of the answer was sent while the client still waited for it. */
  isHeard?: boolean;
}
