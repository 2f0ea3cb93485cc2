import { AnswerTooLongError, MAX_ANSWER_BYTES } from '../network/answer-size';

/** What answered is not GitHub's API: the answer has no end, or leads to another host. */
export class NotGithubError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotGithubError';
  }
}

export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** GitHub redirects once, where a repository has got another name. */
const MAX_REDIRECTS = 3;
const WITHOUT_BODY = new Set([101, 204, 205, 304]);

/**
 * `fetch`, to GitHub only. A redirect is followed on the same host only: another host would learn what the request
 * holds, and could answer it with a key of its own. Answers that are longer than any of GitHub's are not read.
 *
 * @throws NotGithubError
 */
export function apiFetch(fetchOnce: Fetch): Fetch {
  return async (first, options) => {
    let url = new URL(first);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await fetchOnce(url.href, { ...options, redirect: 'manual' });
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status >= 400 || location === null) return whole(answer);
      await answer.body?.cancel();
      url = sameHost(location, url);
    }
    throw new NotGithubError(`the answers redirect more than ${MAX_REDIRECTS} times`);
  };
}

function sameHost(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.origin === from.origin) return to;
  throw new NotGithubError(`the answer redirects to ${to?.origin ?? 'what is no URL'}`);
}

/** The answer, read to its end. */
async function whole(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      const cause = new AnswerTooLongError();
      throw new NotGithubError(cause.message, { cause });
    }
    pieces.push(piece);
  }
  return new Response(WITHOUT_BODY.has(status) ? null : Buffer.concat(pieces), { status, headers });
}
