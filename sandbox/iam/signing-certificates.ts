import type { User } from '../accounts/account';
import type { SigningCertificate } from '../accounts/user-credentials';
import { Refusal } from '../http/refusal';
import { Constraints } from '../query/constraints';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { noSuchEntity, quotaExceeded } from './errors';
import { authorizedUser } from './named-identity';
import { listing } from './page';
import { readStatus, required } from './request';

const maxCertificates = 2;

export const signingCertificates: SignedOperations = {
  UploadSigningCertificate(call) {
    const { CertificateBody: body } = required(call.params, 'CertificateBody');
    const constraints = new Constraints();
    constraints.length('certificateBody', body, 1, 16_384);
    constraints.check();
    const user = authorizedUser(call);
    if (!/^-----BEGIN CERTIFICATE-----\s[\s\S]+-----END CERTIFICATE-----\s*$/.test(body)) {
      throw new Refusal(400, 'MalformedCertificate', 'Invalid certificate: it must be an X.509 certificate in PEM.');
    }
    const there = [...user.signingCertificates.values()];
    if (there.some((certificate) => certificate.body === body)) {
      throw new Refusal(409, 'DuplicateCertificate', 'The certificate is already associated with the user.');
    }
    if (there.length >= maxCertificates) throw quotaExceeded('CertificatesPerUser', maxCertificates);
    return { Certificate: certificateFields(user, user.uploadSigningCertificate(body)) };
  },

  ListSigningCertificates(call) {
    const user = authorizedUser(call);
    const certificates = [...user.signingCertificates.values()];
    return listing('Certificates', certificates, call.params, (certificate) => certificateFields(user, certificate));
  },

  UpdateSigningCertificate(call) {
    const { CertificateId } = required(call.params, 'CertificateId', 'Status');
    const status = readStatus(call.params);
    certificateOf(authorizedUser(call), CertificateId).status = status;
  },

  DeleteSigningCertificate(call) {
    const { CertificateId } = required(call.params, 'CertificateId');
    const user = authorizedUser(call);
    user.signingCertificates.delete(certificateOf(user, CertificateId).id);
  },
};

/** @throws Refusal NoSuchEntity */
function certificateOf({ signingCertificates: all }: User, id: string): SigningCertificate {
  const certificate = all.get(id);
  if (!certificate) throw noSuchEntity(`The Certificate with id ${id} cannot be found.`);
  return certificate;
}

function certificateFields({ name }: User, { id, body, status, uploadedAt }: SigningCertificate): XmlFields {
  return {
    UserName: name,
    CertificateId: id,
    CertificateBody: body,
    Status: status,
    UploadDate: isoSeconds(uploadedAt),
  };
}
