// Package azuredevops lists repositories and pull requests at Azure DevOps:
// https://learn.microsoft.com/en-us/rest/api/azure/devops/git/. It speaks to the
// API itself: Microsoft's Go library takes no HTTP client and leaves pages out.
package azuredevops
