/**
 * What GitHub's toolkit finds in place of its HTTP client, in `dist`: it creates one when it loads, and uses none, as its
 * requests are sent like all others of a step. The client itself is a third of all code, and takes longer to start than
 * the rest.
 */
export class HttpClient {
  getAgent(): undefined {
    return undefined;
  }

  getAgentDispatcher(): undefined {
    return undefined;
  }
}

export const BearerCredentialHandler = undefined;

export function fetch(): never {
  throw new Error('A request of the toolkit itself, which is given what sends it.');
}
