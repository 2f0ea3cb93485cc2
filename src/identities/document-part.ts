import type { KeyPath } from '../text/problem';
import type { YamlText } from '../text/yaml';
import type { DocumentProblems } from './document-problems';
import type { SoundDocument } from './structure';

export interface DocumentSettings {
  /** The folder that paths lead from, and not out of. */
  readonly workspace: string;
  /** That of the region: ARNs of another are wrong. */
  readonly partition: string;
  /** Whether it is for AWS. Another vendor's IAM has accounts and ARNs of its own form. */
  readonly isForAws: boolean;
  /** The job's own repository: GITHUB_REPOSITORY, GITHUB_REPOSITORY_ID and GITHUB_REPOSITORY_OWNER_ID. */
  readonly repository:
    { readonly name: string; readonly id: string | undefined; readonly ownerId: string | undefined } | undefined;
  /** The server of that repository: GITHUB_SERVER_URL. */
  readonly server: string;
  /** What that server is, such as `GitHub`: of no other are there secrets that keys can be delivered to. */
  readonly forge: string;
  /** The server of workspaces of HCP Terraform that name no host, as the job has it: TFE_ADDRESS. */
  readonly terraformAddress: string | undefined;
}

/** What the readers of a document's parts share. */
export interface DocumentReading {
  readonly settings: DocumentSettings;
  readonly document: SoundDocument;
  /** Names of all policies that the document declares, also of those that are wrong. */
  readonly policyNames: readonly string[];
  readonly yaml: YamlText;
  readonly problems: DocumentProblems;
  /** Of the providers that the document declares, by their names: the issuers, without `https://`. */
  readonly issuers: Map<string, string>;
  /** By the issuers of those that are right. */
  readonly audiences: Map<string, readonly string[]>;
  /** By what is delivered to: the part that does. */
  readonly deliveries: Map<string, KeyPath>;
  /** Files of the workspace that were read. */
  readonly files: string[];
}

/** A part of a document, as far as it is right. What a reader finds wrong with it is noted, and read as if it were not there. */
export class DocumentPart<Given> {
  constructor(
    readonly given: Given,
    readonly path: KeyPath,
    readonly reading: DocumentReading,
  ) {}

  /** Notes what is wrong with the part. */
  wrong(message: string): void {
    this.reading.problems.add(this.path, message);
  }

  /** Notes what is worth saying about the part. */
  warn(message: string): void {
    this.reading.problems.warn(this.path, message);
  }

  /** The scalar as it is written, or undefined where none is. */
  get written(): string | undefined {
    return this.reading.yaml.written(this.path);
  }

  /** The same part, where its value is known better. */
  as<Known>(given: Known): DocumentPart<Known> {
    return new DocumentPart(given, this.path, this.reading);
  }

  /** A member of the mapping that the part is. */
  at<Key extends string & keyof NonNullable<Given>>(key: Key): DocumentPart<NonNullable<Given>[Key] | undefined> {
    return new DocumentPart(this.given?.[key], [...this.path, key], this.reading);
  }

  /** The members of a mapping by their names, without those that are wrong. */
  members<Member>(
    this: DocumentPart<Readonly<Record<string, Member | undefined>> | undefined>,
  ): (readonly [name: string, member: DocumentPart<Member>])[] {
    return Object.entries(this.given ?? {}).flatMap(([name, given]) =>
      given === undefined ? [] : [[name, this.at(name).as(given)] as const],
    );
  }

  /** The items of a list, without those that are wrong. */
  items<Item>(this: DocumentPart<readonly (Item | undefined)[] | undefined>): DocumentPart<Item>[] {
    const { given = [], path, reading } = this;
    return given.flatMap((item, index) =>
      item === undefined ? [] : new DocumentPart(item, [...path, index], reading),
    );
  }
}
