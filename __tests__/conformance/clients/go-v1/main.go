// A program that a later step of a job might be: asks AWS, with the SDK for Go v1, who it is.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	client := session.Must(session.NewSessionWithOptions(session.Options{
		// What AWS_SDK_LOAD_CONFIG is for.
		SharedConfigState: session.SharedConfigEnable,
	}))
	endpoint := aws.NewConfig().WithEndpoint(os.Getenv("AWS_ENDPOINT_URL_STS")).WithMaxRetries(0)
	answer, err := sts.New(client, endpoint).GetCallerIdentity(&sts.GetCallerIdentityInput{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(*answer.Arn)
}
