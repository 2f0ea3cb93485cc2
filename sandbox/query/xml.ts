import type { Refusal } from '../http/refusal';

/** XML elements by name; an array repeats its element, undefined omits it. */
export interface XmlFields {
  readonly [name: string]: string | number | XmlFields | readonly (string | XmlFields)[] | undefined;
}

/** @param result undefined where the operation has none, and AWS omits its element */
export function resultXml(action: string, namespace: string, result: XmlFields | undefined, requestId: string): string {
  const fields = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return xmlDocument(`${action}Response`, fields, namespace);
}

export function errorXml({ status, code, message }: Refusal, namespace: string, requestId: string): string {
  const Type = status < 500 ? 'Sender' : 'Receiver';
  const fields = { Error: { Type, Code: code, Message: message }, RequestId: requestId };
  return xmlDocument('ErrorResponse', fields, namespace);
}

/** As S3 has it, and vendors who serve all from one place. */
export function s3ErrorXml({ code, message }: Refusal, requestId: string): string {
  return xmlDocument('Error', { Code: code, Message: message, RequestId: requestId });
}

export function xmlDocument(name: string, fields: XmlFields, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<${name}${attribute}>\n${elements(fields, '  ')}</${name}>\n`;
}

function elements(fields: XmlFields, indent: string): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((item) => element(name, item, indent)))
    .join('');
}

function element(name: string, value: string | number | XmlFields | undefined, indent: string): string {
  if (value === undefined) return '';
  const content =
    typeof value === 'object' ? `\n${elements(value, `${indent}  `)}${indent}` : escapeText(String(value));
  return `${indent}<${name}>${content}</${name}>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] ?? '');
}

/** A time as IAM and STS write it, without fractions of a second. */
export function isoSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d{3}/, '');
}
