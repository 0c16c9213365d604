// Package gitea lists repositories and pull requests at Gitea and Forgejo, with
// Gitea's own client library: https://docs.gitea.com/api/.
package gitea
