import { STSClient } from '@aws-sdk/client-sts';
import { dateOf } from '../aws/answer-date';
import { clientConfiguration, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import type { AnswerMetadata } from './answer';

/** A client of STS that signs with the given credentials or, without any, with those of the SDK's default chain. */
export function stsClient(connection: Connection, credentials?: Credentials): STSClient {
  const client: STSClient = new STSClient(clientConfiguration('STS', connection, credentials, () => client.config));
  noteTime(client);
  return client;
}

/** Adds to the metadata of each answer how far this machine's clock is ahead of it: AWS says when a session ends by its own. */
function noteTime(client: STSClient): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      const time = dateOf(answer.response);
      if (time !== undefined) {
        Object.assign(answer.output?.$metadata ?? {}, {
          clockAhead: Date.now() - time,
        } satisfies Partial<AnswerMetadata>);
      }
      return answer;
    },
    { step: 'deserialize', priority: 'high' },
  );
}
