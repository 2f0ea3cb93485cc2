import type { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { limited } from '../network/answer-size';

type Handle = NodeHttpHandler['handle'];

/** Makes the requests of AWS's clients, and keeps the answers within bounds. */
export class RequestHandler extends NodeHttpHandler {
  override async handle(...request: Parameters<Handle>): ReturnType<Handle> {
    const { response } = await super.handle(...request);
    response.body = limited(response.body as Readable);
    return { response };
  }
}
