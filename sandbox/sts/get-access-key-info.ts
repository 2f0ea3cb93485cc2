import { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import type { Operation } from '../query/service';

/** Names the account of any key, also of one that is inactive, expired or somebody else's. */
export const getAccessKeyInfo: Operation = {
  signed: true,
  run({ params, world }) {
    const constraints = new Constraints();
    const id = constraints.required('accessKeyId', params.AccessKeyId);
    constraints.length('accessKeyId', params.AccessKeyId, 16, 128);
    constraints.pattern('accessKeyId', params.AccessKeyId, '[\\w]*');
    constraints.check();
    const owner = world.accessKey(id)?.user ?? world.sessions.get(id)?.principal;
    if (!owner) throw validationError(`The access key ${id} is not valid`);
    return { Account: owner.account.id };
  },
};
