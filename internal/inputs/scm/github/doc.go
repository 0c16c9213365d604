// Package github lists repositories and pull requests at GitHub and GitHub
// Enterprise, with go-github: https://docs.github.com/en/rest.
package github
