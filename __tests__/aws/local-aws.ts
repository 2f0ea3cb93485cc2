import type { Sandbox } from '../../sandbox/sandbox';
import type { Connection } from '../../src/aws/connection';
import { REGION } from '../scenarios/scenario';

/** A connection with the endpoints that AWS has, but for what is given. */
export function connection(given: Partial<Connection> = {}): Connection {
  return {
    region: REGION,
    stsEndpoint: undefined,
    iamEndpoint: undefined,
    useFipsEndpoint: undefined,
    proxy: {},
    userAgent: 'aws-identity-action',
    ...given,
  };
}

/** A connection to the sandbox. */
export function connectionTo({ url }: Sandbox): Connection {
  return connection({ stsEndpoint: url, iamEndpoint: url });
}

/** A connection to AWS's own endpoints, which a proxy leads to the sandbox. */
export function connectionToAws({ url }: Sandbox): Connection {
  const [sts, iam] = [`http://sts.${REGION}.amazonaws.com`, 'http://iam.amazonaws.com'];
  return connection({ stsEndpoint: sts, iamEndpoint: iam, proxy: { httpProxy: url } });
}

/** A signal that never comes. */
export const never = new AbortController().signal;

/** What the latest request to the sandbox asked for, all of it, and who signed it. */
export function lastRequest({ requests }: Sandbox) {
  const { service, params, caller } = requests.at(-1) ?? {};
  return { service, params, caller };
}

/** Lets every request be answered with success and this result of the operation. */
export function answerWith({ faults }: Sandbox, action: string, result: string): void {
  const body = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
  faults.add({ raw: { status: 200, headers: { 'content-type': 'text/xml' }, body } });
}

/** How a call ends that is given up while AWS keeps silent. */
export async function givenUp({ faults }: Sandbox, call: (signal: AbortSignal) => Promise<unknown>): Promise<string> {
  faults.add({ hang: true });
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort();
  }, 50);
  return call(controller.signal).then(
    () => 'success',
    (error: unknown) => (error as Error).name,
  );
}
