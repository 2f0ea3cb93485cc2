import { randomUUID } from 'node:crypto';
import type { World } from '../accounts/world';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from '../http/request';
import type { Route } from '../http/route';
import { verifySignature } from '../signature';
import { parseParameters, type Parameters } from './parameters';
import type { Result, Service } from './service';
import { errorXml, resultXml } from './xml';

/** Where a Query request goes: to the service whose API version it names, else to the first. */
export function queryRoute(request: IncomingRequest, services: readonly [Service, ...Service[]], world: World): Route {
  const params = parseParameters(request.query, request.body);
  const service = services.find(({ version }) => version === params.Version) ?? services[0];
  const action = params.Action ?? '';
  const requestId = randomUUID();
  const refuse = (error: Refusal): Answer =>
    xmlAnswer(error.status, requestId, errorXml(error, service.namespace, requestId));
  return {
    service: service.name,
    action,
    params,
    refuse,
    async respond(record) {
      try {
        const result = await run(request, service, action, params, world, record);
        return xmlAnswer(200, requestId, resultXml(action, service.namespace, result, requestId));
      } catch (thrown) {
        const error = thrown instanceof Refusal ? thrown : new Refusal(500, 'InternalFailure', String(thrown));
        record.errorCode = error.code;
        return refuse(error);
      }
    },
  };
}

async function run(
  request: IncomingRequest,
  service: Service,
  action: string,
  params: Parameters,
  world: World,
  record: RecordedRequest,
): Promise<Result> {
  const version = params.Version ?? '';
  const operation = version === service.version ? service.operations.get(action) : undefined;
  if (!operation) {
    throw new Refusal(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`);
  }
  if (!operation.signed) return operation.run({ params, world });
  const { caller, region } = await verifySignature(request, world);
  record.caller = caller.arn;
  const call = { params, world, caller, region };
  service.checkCaller(action, call);
  return operation.run(call);
}

function xmlAnswer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
