import type { Account } from '../accounts/account';
import { callerContext } from '../accounts/caller';
import { whyRefused } from '../accounts/permissions';
import type { World } from '../accounts/world';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from '../http/request';
import type { Route } from '../http/route';
import { contextOf } from '../policy/context';
import { accessDenied } from '../query/error';
import { xmlDocument } from '../query/xml';
import { verifySignature } from '../signature';

/** The one request to S3 that the sandbox answers: `aws s3 ls`. Undefined for any other. */
export function s3Route(request: IncomingRequest, world: World): Route | undefined {
  const { method, path, query, headers } = request;
  if (method !== 'GET' || path !== '/' || !headers.authorization?.includes('/s3/aws4_request')) return undefined;
  const refuse = ({ status, code, message }: Refusal): Answer =>
    xmlAnswer(status, xmlDocument('Error', { Code: code, Message: message }));
  return {
    service: 's3',
    action: 'ListBuckets',
    params: Object.fromEntries(query),
    refuse,
    async respond(record) {
      try {
        return xmlAnswer(200, bucketsXml(await listedAccount(request, world, record)));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const worded = inS3Words(error);
        record.errorCode = worded.code;
        return refuse(worded);
      }
    },
  };
}

/** The account whose buckets the caller may list. */
async function listedAccount(request: IncomingRequest, world: World, record: RecordedRequest): Promise<Account> {
  const { caller, region } = await verifySignature(request, world);
  record.caller = caller.arn;
  const context = contextOf(callerContext(caller, region, world.clock.now()));
  const access = { action: 's3:ListAllMyBuckets', resource: '*', context };
  if (whyRefused(caller, access) !== undefined) throw accessDenied('Access Denied');
  return caller.account;
}

function bucketsXml({ id, buckets }: Account): string {
  const Bucket = [...buckets].map((Name) => ({ Name, CreationDate: '2026-01-01T00:00:00.000Z' }));
  const fields = { Owner: { ID: id }, Buckets: { Bucket } };
  return xmlDocument('ListAllMyBucketsResult', fields, 'http://s3.amazonaws.com/doc/2006-03-01/');
}

/** S3 has its own codes for credentials that are no good. */
function inS3Words(error: Refusal): Refusal {
  switch (error.code) {
    case 'InvalidClientTokenId':
      return new Refusal(
        403,
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
      );
    case 'ExpiredToken':
      return new Refusal(400, 'ExpiredToken', 'The provided token has expired.');
    default:
      return error;
  }
}

function xmlAnswer(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
