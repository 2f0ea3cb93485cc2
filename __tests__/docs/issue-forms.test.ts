import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MODES } from '../../src/inputs/read-request';
import { readText, ROOT } from './pages';

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Element[];
}

interface Element {
  readonly type: string;
  readonly id?: string;
  readonly attributes: {
    readonly label?: string;
    readonly value?: string;
    readonly options?: readonly (string | { readonly label: string; readonly required?: boolean })[];
  };
}

const FOLDER = '.github/ISSUE_TEMPLATE';
const forms = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name !== 'config.yml')
  .map((name) => [name, parse(readText(join(FOLDER, name))) as Form] as const);

test('there are forms for bugs and for features, and no way around them', () => {
  expect(forms.map(([name]) => name).sort()).toEqual(['bug.yml', 'feature.yml']);
  expect(parse(readText(`${FOLDER}/config.yml`))).toEqual({ blank_issues_enabled: false });
});

// https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
test.each(forms)('%s is a form that GitHub shows', (_, { name, description, body }) => {
  expect([name, description].every((text) => text.length > 0)).toBe(true);
  const asked = body.filter(({ type }) => type !== 'markdown');
  for (const { type, id, attributes } of asked) {
    expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
    expect(id).toMatch(/^[\w-]+$/);
    expect(attributes.label).toMatch(/\S/);
    if (type === 'dropdown' || type === 'checkboxes') expect(attributes.options?.length).toBeGreaterThan(0);
  }
  for (const part of ['id', 'label']) {
    const all = asked.map((element) => (part === 'id' ? element.id : element.attributes.label));
    expect(new Set(all).size).toBe(all.length);
  }
});

test.each(forms)('%s first says never to paste a secret, and last asks to confirm that', (_, { body }) => {
  expect(body[0]?.attributes.value).toContain('**Never paste a secret**');
  expect(body.at(-1)?.attributes.options).toContainEqual({
    label: 'There is no secret in what I pasted.',
    required: true,
  });
});

test('the form for bugs lists the modes of the action', () => {
  const [, form] = forms.find(([name]) => name === 'bug.yml') ?? [];
  const options = form?.body.find(({ id }) => id === 'mode')?.attributes.options;
  expect(options?.slice(0, -1)).toEqual(MODES);
});
