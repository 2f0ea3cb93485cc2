import type { Clock } from '../clock';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { notFound, type Tokens } from './access';
import { apiRoot, githubRoute, json, seconds } from './route';

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string; readonly type?: 'User' | 'Bot' };
  body: string;
  updated_at: string;
}

interface Conversation {
  readonly comments: Comment[];
  isLocked: boolean;
}

const MAX_LENGTH = 65_536;
const BOT = 'github-actions[bot]';
/** As whom a job's own token comments on Gitea, where it counts as a user. */
const GITEA_USER = 'gitea-actions';

const ofPullRequest = /^\/repos\/(?<repository>[^/]+\/[^/]+)\/issues\/(?<number>\d+)\/comments$/;
const ofComment = /^\/repos\/(?<repository>[^/]+\/[^/]+)\/issues\/comments\/(?<id>\d+)$/;

/**
 * GitHub's REST API for comments of pull requests, and what it knows of.
 * https://docs.github.com/rest/issues/comments
 */
export class GithubComments {
  /** Those of Gitea and Forgejo have no pages, and no types of users. */
  forge: 'GitHub' | 'Gitea' = 'GitHub';
  readonly #conversations = new Map<string, Conversation>();
  #made = 0;

  constructor(
    private readonly clock: Clock,
    private readonly tokens: Tokens,
  ) {}

  /** Opens a pull request. */
  open(repository: string, number: number): void {
    this.#conversations.set(`${repository} ${number}`, { comments: [], isLocked: false });
  }

  /** Locks the conversation of a pull request. */
  lock(repository: string, number: number): void {
    this.#of(repository, number).isLocked = true;
  }

  /** What the comments of a pull request say, from the first to the last. */
  bodies(repository: string, number: number): string[] {
    return this.#of(repository, number).comments.map(({ body }) => body);
  }

  /** Writes a comment, as a person does in the browser. */
  write(repository: string, number: number, body: string, login = 'mona'): void {
    this.#add(this.#of(repository, number), body, login);
  }

  /** Where a request goes that is about comments, or about whose token it is; undefined for others. */
  route(request: IncomingRequest): Route | undefined {
    const { method, path } = request;
    if (!path.startsWith(apiRoot)) return undefined;
    const below = path.slice(apiRoot.length);
    if (method === 'GET' && below === '/user') return githubRoute('GET user', {}, () => this.#user(request));
    const { repository = '', number, id } = (ofPullRequest.exec(below) ?? ofComment.exec(below))?.groups ?? {};
    if (number !== undefined && (method === 'GET' || method === 'POST')) {
      const answer = () => (method === 'GET' ? this.#list : this.#post).call(this, request, repository, Number(number));
      return githubRoute(`${method} comments`, { owner: repository, number }, answer);
    }
    if (id === undefined || (method !== 'PATCH' && method !== 'DELETE')) return undefined;
    const answer = () => (method === 'PATCH' ? this.#patch : this.#delete).call(this, request, repository, Number(id));
    return githubRoute(`${method} comment`, { owner: repository, id }, answer);
  }

  #user({ headers }: IncomingRequest): Answer {
    const { user = this.#ofJob } = this.tokens.of(headers.authorization);
    if (user === BOT) throw new Refusal(403, 'Forbidden', 'Resource not accessible by integration');
    return json(200, { login: user, type: 'User' });
  }

  #list({ headers, query }: IncomingRequest, repository: string, number: number): Answer {
    this.tokens.authorize(headers.authorization, repository, 'comment');
    if (this.forge === 'Gitea') return json(200, this.#of(repository, number).comments);
    const [size, page] = [Math.min(Number(query.get('per_page') ?? 30), 100), Number(query.get('page') ?? 1)];
    return json(200, this.#of(repository, number).comments.slice((page - 1) * size, page * size));
  }

  #post({ headers, body }: IncomingRequest, repository: string, number: number): Answer {
    const { user = this.#ofJob } = this.tokens.authorize(headers.authorization, repository, 'comment');
    const conversation = this.#of(repository, number);
    if (conversation.isLocked) {
      throw new Refusal(403, 'Forbidden', 'Unable to create comment because issue is locked.');
    }
    return json(201, this.#add(conversation, bodyIn(body), user));
  }

  #patch({ headers, body }: IncomingRequest, repository: string, id: number): Answer {
    this.tokens.authorize(headers.authorization, repository, 'comment');
    const { comments, at } = this.#find(id);
    const comment = comments[at];
    if (!comment) throw notFound();
    Object.assign(comment, { body: bodyIn(body), updated_at: seconds(this.clock.now()) });
    return json(200, comment);
  }

  #delete({ headers }: IncomingRequest, repository: string, id: number): Answer {
    this.tokens.authorize(headers.authorization, repository, 'comment');
    const { comments, at } = this.#find(id);
    comments.splice(at, 1);
    return { status: 204, headers: {}, body: '' };
  }

  /** The name of the user whose token a job has. */
  get #ofJob(): string {
    return this.forge === 'Gitea' ? GITEA_USER : BOT;
  }

  #find(id: number): { readonly comments: Comment[]; readonly at: number } {
    const isIt = (one: Comment) => one.id === id;
    const found = [...this.#conversations.values()].find(({ comments }) => comments.some(isIt));
    if (!found) throw notFound();
    return { comments: found.comments, at: found.comments.findIndex(isIt) };
  }

  #add({ comments }: Conversation, body: string, login: string): Comment {
    const type: 'Bot' | 'User' = login === BOT ? 'Bot' : 'User';
    const user = this.forge === 'Gitea' ? { login } : { login, type };
    const comment: Comment = { id: ++this.#made, user, body, updated_at: seconds(this.clock.now()) };
    comments.push(comment);
    return comment;
  }

  #of(repository: string, number: number): Conversation {
    const conversation = this.#conversations.get(`${repository} ${number}`);
    if (!conversation) throw notFound();
    return conversation;
  }
}

function bodyIn(text: string): string {
  const { body } = JSON.parse(text) as { readonly body: string };
  if (body.length > MAX_LENGTH) throw new Refusal(422, 'Unprocessable', 'Validation Failed: body is too long');
  return body;
}
