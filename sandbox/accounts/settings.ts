import type { Clock } from '../clock';
import type { PolicyDocument } from '../policy/document';
import { base64Alphabet } from './keys';

/** Other vendors, whose services speak AWS's protocol. */
export type VendorName = 'SeaweedFS' | 'MinIO' | 'Ceph' | 'LocalStack';

/** What tests may change about AWS, and from when on what is made now is known there. */
export class Settings {
  /** Characters that the random part of new secrets and session tokens is drawn from. */
  secretAlphabet = base64Alphabet;
  /** Bytes that session policies and tags may take once compressed; AWS publishes no such number. */
  packedPolicyLimit = 1024;
  /** How long access keys, users and roles made from now on stay unknown to the rest of AWS. */
  propagationMs = 0;
  /**
   * How long what IAM makes from now on, its access keys aside, is `NoSuchEntity` to IAM's own writes, while its reads
   * already show it.
   */
  readConsistencyMs = 0;
  /**
   * How old, in milliseconds, what the next read of IAM shows of users, their tags and their access keys may be. Asked
   * for each read, as an answer may be older than the one before it.
   */
  readAgeMs: () => number = () => 0;
  /** The policy of the VPC endpoint that all requests come through; undefined where they come past any. */
  vpcEndpointPolicy: PolicyDocument | undefined;

  /** Whose service it is, if not AWS's: it then answers in that vendor's ways. */
  vendor: VendorName | undefined;

  constructor(readonly clock: Clock) {}

  /** When the rest of AWS will know what is made now. */
  propagatedAt(): Date {
    return new Date(this.clock.now().getTime() + this.propagationMs);
  }

  /** The time whose state the next read of IAM shows. */
  readAt(): Date {
    return new Date(this.clock.now().getTime() - this.readAgeMs());
  }

  /** When IAM's writes may refer to what is made now. */
  writableAt(): Date {
    return new Date(this.clock.now().getTime() + this.readConsistencyMs);
  }
}
