// Package bitbucketserver lists repositories and pull requests at Bitbucket
// Server and Data Center: https://developer.atlassian.com/server/bitbucket/rest/.
// It speaks to the API itself: the one Go library for it is not kept up.
package bitbucketserver
