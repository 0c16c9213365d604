// Package gitlab lists projects and merge requests at GitLab, with its own
// client library: https://docs.gitlab.com/api/rest/.
package gitlab
