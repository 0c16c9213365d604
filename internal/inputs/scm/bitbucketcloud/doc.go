// Package bitbucketcloud lists repositories and pull requests at Bitbucket
// Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/. It speaks to
// the API itself: no library for it takes contexts and follows pages safely.
package bitbucketcloud
