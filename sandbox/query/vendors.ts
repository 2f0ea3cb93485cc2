import type { VendorName } from '../accounts/settings';
import { Refusal } from '../http/refusal';
import type { Parameters } from './parameters';
import type { Result, Service } from './service';

/** What a service of another vendor, that speaks AWS's protocol, does in a way of its own. */
export interface Vendor {
  /** How it refuses a call that AWS would serve, if it does: as a rule, it lacks the operation. */
  refuses(operation: string, service: Service['name'], call: VendorCall): Refusal | undefined;
  /** What it answers with where AWS answers with this. */
  answers(operation: string, result: Result): Result;
  /** The ARN of a session of a role that a token started, if not that of AWS. */
  readonly arnByToken?: (role: string, session: string) => string;
  /** Whether any role will do: none is looked for by its ARN. */
  readonly ignoresRoleArn?: boolean;
  /** Whether errors are at the root of the answer, as S3 has them. */
  readonly errorsAsS3?: boolean;
}

type Texts = Readonly<Record<string, string>>;

interface VendorCall {
  readonly params: Parameters;
  /** Whether temporary credentials signed it. */
  readonly bySession: boolean;
}

const SEAWEEDFS_STS = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity', 'GetFederationToken'];
const MINIO_STS = ['AssumeRole', 'AssumeRoleWithWebIdentity'];
const CEPH_STS = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetSessionToken'];

/** Of a user, what AWS would want removed before the user, and these do not know. */
const NOT_OF_USERS = /LoginProfile|SigningCertificate|SSHPublicKey|ServiceSpecificCredential|MFADevice|InstanceProfile/;

export const VENDORS: Readonly<Record<VendorName, Vendor>> = {
  /** https://github.com/seaweedfs/seaweedfs/blob/master/weed/s3api/s3api_sts.go */
  SeaweedFS: {
    refuses(operation, service) {
      if (service === 'sts') {
        if (SEAWEEDFS_STS.includes(operation)) return undefined;
        // To it, these are calls of its IAM, which it lets nobody change unless it is started with -iam.readOnly=false.
        return new Refusal(403, 'AccessDenied', 'IAM write operations are disabled on this server');
      }
      if (!NOT_OF_USERS.test(operation)) return undefined;
      return new Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented');
    },
    answers(operation, result) {
      if (operation !== 'AssumeRoleWithWebIdentity') return result;
      const { Credentials, SubjectFromWebIdentityToken } = result ?? {};
      return { Credentials, SubjectFromWebIdentityToken };
    },
    arnByToken: (role, session) => `arn:aws:sts::assumed-role/${role}/${session}`,
  },
  /** https://github.com/minio/minio/blob/master/cmd/sts-handlers.go */
  MinIO: {
    refuses(operation, service, { bySession }) {
      if (service === 'sts' && MINIO_STS.includes(operation) && !bySession) return undefined;
      if (bySession) {
        return new Refusal(403, 'AccessDenied', 'Generating temporary credentials not allowed for this request.');
      }
      return service === 'sts'
        ? new Refusal(400, 'InvalidParameterValue', `Unsupported action ${operation}`)
        : new Refusal(400, 'MissingParameter', 'Invalid STS API version 2010-05-08, expecting 2011-06-15');
    },
    answers: (_, { Credentials } = {}) => ({ AssumedRoleUser: { Arn: '', AssumeRoleId: '' }, Credentials }),
    ignoresRoleArn: true,
  },
  /** https://docs.ceph.com/en/latest/radosgw/STS/, https://docs.ceph.com/en/latest/radosgw/iam/ */
  Ceph: {
    refuses(operation, service) {
      if (service === 'sts' ? CEPH_STS.includes(operation) : !NOT_OF_USERS.test(operation)) return undefined;
      return new Refusal(405, 'MethodNotAllowed', '');
    },
    answers(operation, result) {
      const { Credentials, AssumedRoleUser } = (result ?? {}) as Readonly<Record<string, Texts | undefined>>;
      if (!Credentials || !CEPH_STS.includes(operation)) return result;
      const { AssumedRoleId, Arn } = AssumedRoleUser ?? {};
      return {
        ...result,
        Credentials: { ...Credentials, Expiration: Credentials.Expiration?.replace('Z', '.123456789Z') },
        AssumedRoleUser: AssumedRoleUser && { Arn, AssumeRoleId: AssumedRoleId },
      };
    },
    errorsAsS3: true,
  },
  /** https://docs.localstack.cloud/aws/services/iam/ */
  LocalStack: {
    refuses(operation, _, { params }) {
      if (operation === 'SimulatePrincipalPolicy' && !('ResourceArns.member.1' in params)) {
        const message = "exception while calling iam.SimulatePrincipalPolicy: 'NoneType' object is not iterable";
        return new Refusal(500, 'InternalError', message);
      }
      if (!/SigningCertificate|SSHPublicKey|ServiceSpecificCredential/.test(operation)) return undefined;
      const message = `The API action '${operation}' for service 'iam' is either not available in your current license plan or has not yet been emulated by LocalStack.`;
      return new Refusal(501, 'InternalFailure', message);
    },
    answers: (_, result) => result,
  },
};
