/** Proves that the caller has its MFA device: the device, and the code that it shows now. Valid for one call. */
export interface MfaProof {
  /** The device's ARN, or the serial number of a hardware device. */
  readonly serial: string;
  /** Six digits. */
  readonly code: string;
}

/** The proof in the form in which all STS operations take it. */
export function mfaParameters(proof: MfaProof | undefined) {
  return proof && { SerialNumber: proof.serial, TokenCode: proof.code };
}
