import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { githubIssuer } from '../../sandbox/github/oidc';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal } from './sts-client';

const OpenIDConnectProviderArn = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';

let sandbox: Sandbox;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  const admin = sandbox.account('123456789012').createUser('admin', { policies: [allow('iam:*')] });
  iam = iamClient(sandbox.url, admin.createAccessKey());
});
afterEach(() => sandbox.close());

const create = (Url = githubIssuer, ClientIDList = ['sts.amazonaws.com']) =>
  iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList, Tags: [{ Key: 'team', Value: 'a' }] }));
const get = () => iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
const list = async () => (await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList;

test('made, read, listed, and deleted', async () => {
  expect((await create()).OpenIDConnectProviderArn).toBe(OpenIDConnectProviderArn);
  expect(await get()).toMatchObject({
    Url: 'token.actions.githubusercontent.com',
    ClientIDList: ['sts.amazonaws.com'],
    ThumbprintList: [],
    CreateDate: expect.any(Date),
    Tags: [{ Key: 'team', Value: 'a' }],
  });
  expect(await list()).toEqual([{ Arn: OpenIDConnectProviderArn }]);
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
  expect(await list()).toEqual([]);
  expect(await refusal(get())).toEqual({
    status: 404,
    code: 'NoSuchEntity',
    message: `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
  });
});

test('what cannot be made', async () => {
  await create();
  expect(await refusal(create())).toEqual({
    status: 409,
    code: 'EntityAlreadyExists',
    message: `Provider with url ${githubIssuer} already exists.`,
  });
  expect((await refusal(create('http://id.example.com'))).code).toBe('ValidationError');
  const many = Array.from({ length: 101 }, (_, index) => `client${index}`);
  expect((await refusal(create('https://id.example.com', many))).code).toBe('LimitExceeded');
});

test('client ids come and go', async () => {
  await create();
  const input = { OpenIDConnectProviderArn, ClientID: 'other' };
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand(input));
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand(input));
  expect((await get()).ClientIDList).toEqual(['sts.amazonaws.com', 'other']);
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand(input));
  expect((await get()).ClientIDList).toEqual(['sts.amazonaws.com']);
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand(input));
  const long = { OpenIDConnectProviderArn, ClientID: 'c'.repeat(256) };
  const refused = await refusal(iam.send(new AddClientIDToOpenIDConnectProviderCommand(long)));
  expect(refused.message).toMatch(/'clientID' .* equal to 255$/);
});

test('tags come and go', async () => {
  await create();
  const tags = async () => {
    const { Tags = [] } = await iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn }));
    return Tags.map(({ Key, Value }) => `${Key ?? ''}=${Value ?? ''}`);
  };
  const Tags = [{ Key: 'owner', Value: 'mona' }];
  await iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }));
  expect(await tags()).toEqual(['team=a', 'owner=mona']);
  await iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['team'] }));
  expect(await tags()).toEqual(['owner=mona']);
});
