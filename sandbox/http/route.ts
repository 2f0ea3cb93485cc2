import type { Refusal } from './refusal';
import type { Answer, RecordedRequest, ServiceName } from './request';

/** Where a request is bound for, before anything is done about it. */
export interface Route {
  readonly service: ServiceName;
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  /** Does what is asked. What is learned on the way (caller, error code) is noted in the record. */
  respond(record: RecordedRequest): Promise<Answer>;
  /** The error as this service words it, with nothing done. */
  refuse(error: Refusal): Answer;
}
