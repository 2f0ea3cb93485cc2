/** All of IAM that needs the SDK: loaded in one piece, when IAM is called. */
export { iamClient } from './client';
export { send } from './operations';
