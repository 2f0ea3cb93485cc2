// A step of the user's workflow that needs a permission: it reads its own IAM user, and says whether it may.
import { GetUserCommand, IAMClient } from '@aws-sdk/client-iam';

try {
  const { User } = await new IAMClient({}).send(new GetUserCommand({}));
  process.stdout.write(`iam:GetUser is allowed: ${User.Arn}\n`);
} catch (error) {
  process.stdout.write(`iam:GetUser is refused: ${error.name}: ${error.message}\n`);
}
