import { randomUUID } from 'node:crypto';
import type { World } from '../accounts/world';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from '../http/request';
import type { Route } from '../http/route';
import { verifySignature } from '../signature';
import { parseParameters, type Parameters } from './parameters';
import type { Result, Service } from './service';
import { VENDORS } from './vendors';
import { errorXml, resultXml, s3ErrorXml } from './xml';

/** Where a Query request goes: to the service whose API version it names, else to the first. */
export function queryRoute(request: IncomingRequest, services: readonly [Service, ...Service[]], world: World): Route {
  const params = parseParameters(request.query, request.body);
  const service = services.find(({ version }) => version === params.Version) ?? services[0];
  const action = params.Action ?? '';
  const requestId = randomUUID();
  const { vendor } = world.settings;
  const refuse = (error: Refusal): Answer => {
    const ofS3 = vendor !== undefined && VENDORS[vendor].errorsAsS3;
    const body = ofS3 ? s3ErrorXml(error, requestId) : errorXml(error, service.namespace, requestId);
    return xmlAnswer(error.status, requestId, body);
  };
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
  const vendor = world.settings.vendor && VENDORS[world.settings.vendor];
  const refuseAsVendor = (bySession: boolean) => {
    const refusal = vendor?.refuses(action, service.name, { params, bySession });
    if (refusal) throw refusal;
  };
  const answerAsVendor = (result: Result) => (vendor ? vendor.answers(action, result) : result);
  if (!operation.signed) {
    refuseAsVendor(false);
    return answerAsVendor(await operation.run({ params, world }));
  }
  const { caller, region } = await verifySignature(request, world);
  record.caller = caller.arn;
  const call = { params, world, caller, region };
  refuseAsVendor(caller.session !== undefined);
  service.checkCaller(action, call);
  return answerAsVendor(await operation.run(call));
}

function xmlAnswer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
