// Does what it is asked on standard input with the variables of a workspace, by HashiCorp's own client, and prints what it
// was answered.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/hashicorp/go-tfe"
)

type step struct {
	Do        string `json:"do"`
	Key       string `json:"key"`
	Value     string `json:"value"`
	Category  string `json:"category"`
	Sensitive bool   `json:"sensitive"`
}

type variable struct {
	Key       string `json:"key"`
	Value     string `json:"value"`
	Category  string `json:"category"`
	Sensitive bool   `json:"sensitive"`
	Version   string `json:"version"`
}

type outcome struct {
	Error     string     `json:"error,omitempty"`
	NotFound  bool       `json:"notFound,omitempty"`
	MayUpdate bool       `json:"mayUpdate,omitempty"`
	Variables []variable `json:"variables,omitempty"`
}

func main() {
	var asked struct {
		Organization string `json:"organization"`
		Workspace    string `json:"workspace"`
		Steps        []step `json:"steps"`
	}
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	client, err := tfe.NewClient(&tfe.Config{RetryServerErrors: false})
	must(err)
	ctx := context.Background()
	outcomes := []outcome{}
	for _, one := range asked.Steps {
		found, err := do(ctx, client, asked.Organization, asked.Workspace, one)
		if err != nil {
			found = outcome{Error: err.Error(), NotFound: errors.Is(err, tfe.ErrResourceNotFound)}
		}
		outcomes = append(outcomes, found)
	}
	must(json.NewEncoder(os.Stdout).Encode(outcomes))
}

func do(ctx context.Context, client *tfe.Client, organization, name string, one step) (outcome, error) {
	workspace, err := client.Workspaces.Read(ctx, organization, name)
	if err != nil {
		return outcome{}, err
	}
	switch one.Do {
	case "read":
		return outcome{MayUpdate: workspace.Permissions.CanUpdateVariable}, nil
	case "list":
		list, err := client.Variables.List(ctx, workspace.ID, nil)
		return listed(list, err)
	case "list all":
		list, err := client.Variables.ListAll(ctx, workspace.ID, nil)
		return listed(list, err)
	case "create":
		options := tfe.VariableCreateOptions{
			Key:       tfe.String(one.Key),
			Value:     tfe.String(one.Value),
			Category:  tfe.Category(tfe.CategoryType(one.Category)),
			Sensitive: tfe.Bool(one.Sensitive),
		}
		created, err := client.Variables.Create(ctx, workspace.ID, options)
		return single(created, err)
	}
	list, err := client.Variables.List(ctx, workspace.ID, nil)
	if err != nil {
		return outcome{}, err
	}
	for _, found := range list.Items {
		if found.Key != one.Key || string(found.Category) != one.Category {
			continue
		}
		if one.Do == "delete" {
			return outcome{}, client.Variables.Delete(ctx, workspace.ID, found.ID)
		}
		options := tfe.VariableUpdateOptions{Value: tfe.String(one.Value)}
		if one.Do == "make readable" {
			options = tfe.VariableUpdateOptions{Sensitive: tfe.Bool(false)}
		}
		updated, err := client.Variables.Update(ctx, workspace.ID, found.ID, options)
		return single(updated, err)
	}
	return outcome{}, errors.New("no such variable")
}

func listed(list *tfe.VariableList, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	found := outcome{Variables: []variable{}}
	for _, item := range list.Items {
		found.Variables = append(found.Variables, shown(item))
	}
	return found, nil
}

func single(item *tfe.Variable, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	return outcome{Variables: []variable{shown(item)}}, nil
}

func shown(item *tfe.Variable) variable {
	return variable{item.Key, item.Value, string(item.Category), item.Sensitive, item.VersionID}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
