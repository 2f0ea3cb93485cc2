import type { Operation } from '../query/service';
import { isoSeconds } from '../query/xml';
import { authorizedUser } from './user-request';

export const getUser: Operation = {
  signed: true,
  run(call) {
    const { path, name, id, arn, createdAt, tags } = authorizedUser(call, 'iam:GetUser');
    const member = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    return {
      User: {
        Path: path,
        UserName: name,
        UserId: id,
        Arn: arn,
        CreateDate: isoSeconds(createdAt),
        Tags: member.length > 0 ? { member } : undefined,
      },
    };
  },
};
