"""A program that a later step of a job might be: asks AWS, with boto3, who it is."""

import boto3

print(boto3.client("sts").get_caller_identity()["Arn"])
