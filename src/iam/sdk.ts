/*
 * All of IAM that needs the SDK: loaded in one piece, when IAM is called.
 */
import { IAMClient } from '@aws-sdk/client-iam';
import { dateOf } from '../aws/answer-date';
import { clientConfiguration, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import * as commands from './commands';

type Commands = typeof commands;

/** An operation, by the name that AWS and its policies have for it. */
export type Operation = keyof Commands extends `${infer Name}Command` ? Name : never;

/** What an operation takes. */
export type Input<O extends Operation> = NonNullable<ConstructorParameters<Commands[`${O}Command`]>[0]>;

/** What AWS answers. */
export type Output<O extends Operation> = Awaited<
  ReturnType<ReturnType<InstanceType<Commands[`${O}Command`]>['resolveMiddleware']>>
>['output'];

/**
 * A client of IAM that signs with the given credentials. IAM has one endpoint for each partition.
 *
 * @param onDate called with the Date of each answer, also of refusals, in milliseconds since 1970
 */
export function iamClient(
  connection: Connection,
  credentials: Credentials,
  onDate: (time: number) => void = () => undefined,
): IAMClient {
  const client: IAMClient = new IAMClient(clientConfiguration('IAM', connection, credentials, () => client.config));
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const time = dateOf(result.response);
      if (time !== undefined) onDate(time);
      return result;
    },
    // Low: nearer to the connection than what turns refusals into errors.
    { step: 'deserialize', priority: 'low', name: 'dateOfAnswer' },
  );
  return client;
}

/** Makes one call. Its action in IAM policies has the same name, `iam:<operation>`. */
export async function send<O extends Operation>(
  client: IAMClient,
  operation: O,
  input: Input<O>,
  abortSignal: AbortSignal,
): Promise<Output<O>> {
  // The compiler cannot see that the command and its input are those of one operation.
  const Command = commands[`${operation}Command`] as unknown as new (
    input: Input<O>,
  ) => Parameters<IAMClient['send']>[0];
  return await client.send(new Command(input), { abortSignal });
}
