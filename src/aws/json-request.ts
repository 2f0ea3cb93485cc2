import type { Agents } from '../network/agents';
import { requestJson, textIn, type JsonAnswer, type JsonRequest } from '../network/request';

/**
 * A refusal of a service that answers in JSON, in the form in which the SDK throws those of its clients: so it is retried
 * and explained as theirs are.
 */
export class JsonRefusal extends Error {
  readonly Error: { readonly Code: string };
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly statusCode: number; readonly headers: JsonAnswer['headers'] };

  constructor(code: string, message: string, { status, headers }: JsonAnswer) {
    super(message);
    this.name = code;
    this.Error = { Code: code };
    this.$fault = status < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode: status };
    this.$response = { statusCode: status, headers };
  }
}

/** An answer that is no success, and not in the words of AWS: only its status is known. */
class UnreadableAnswer extends Error {
  readonly $response: JsonRefusal['$response'];

  constructor({ status, headers }: JsonAnswer) {
    super(`HTTP ${status}`);
    this.name = 'UnreadableAnswer';
    this.$response = { statusCode: status, headers };
  }
}

/**
 * Sends one request to a service of AWS for which no client of the SDK is loaded.
 *
 * @returns the answer, whose status says that it succeeded
 * @throws JsonRefusal when the service refuses it
 */
export async function requestOfAws(request: JsonRequest, agents: Agents): Promise<JsonAnswer> {
  const answer = await requestJson(request, agents);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const code = codeIn(answer);
  throw code === undefined ? new UnreadableAnswer(answer) : new JsonRefusal(code, messageIn(answer.data), answer);
}

/**
 * The code of a refusal: `AccessDeniedException`. In a header it may have the address of its definition after a colon, in
 * the body that of its namespace before a `#`. Where there is neither, OAuth's own word for it is: `access_denied`.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
 */
function codeIn({ headers, data }: JsonAnswer): string | undefined {
  const header = headers['x-amzn-errortype'];
  const written = (typeof header === 'string' ? header : undefined) ?? textIn(data, '__type') ?? textIn(data, 'code');
  return written?.split(':', 1)[0]?.split('#').at(-1)?.trim() ?? inCamelCase(textIn(data, 'error'));
}

/** What AWS names an error of OAuth: its own word for it, without underscores. */
function inCamelCase(word: string | undefined): string | undefined {
  return word?.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function messageIn(data: unknown): string {
  return textIn(data, 'message') ?? textIn(data, 'Message') ?? textIn(data, 'error_description') ?? '';
}
