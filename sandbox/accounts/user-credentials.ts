/** How a user signs in to the console. The password itself is not kept. */
export interface LoginProfile {
  readonly createdAt: Date;
  passwordResetRequired: boolean;
}

/** An X.509 certificate that signs SOAP requests. */
export interface SigningCertificate {
  readonly id: string;
  /** PEM. */
  readonly body: string;
  readonly uploadedAt: Date;
  status: 'Active' | 'Inactive';
}

/** A key for CodeCommit over SSH. */
export interface SshPublicKey {
  readonly id: string;
  /** As OpenSSH writes it: `ssh-rsa …` */
  readonly body: string;
  readonly uploadedAt: Date;
}

/** A user name and password for one service. The password itself is not kept. */
export interface ServiceSpecificCredential {
  readonly id: string;
  /** `codecommit.amazonaws.com` */
  readonly serviceName: string;
  /** `mona-at-123456789012` */
  readonly serviceUserName: string;
  readonly createdAt: Date;
}
