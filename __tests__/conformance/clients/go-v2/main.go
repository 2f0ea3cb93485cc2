// A program that a later step of a job might be: asks AWS, with the SDK for Go v2, who it is.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	settings, err := config.LoadDefaultConfig(context.Background())
	if err == nil {
		client := sts.NewFromConfig(settings, func(options *sts.Options) {
			// Early versions do not read the variable.
			options.EndpointResolver = sts.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_STS"))
		})
		var answer *sts.GetCallerIdentityOutput
		answer, err = client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
		if err == nil {
			fmt.Println(*answer.Arn)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
