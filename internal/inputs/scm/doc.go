// Package scm is the edge that lists repositories and pull requests at the
// providers that ApplicationSets name: GitHub, GitLab, Gitea and Forgejo,
// Bitbucket Cloud, Bitbucket Server and Azure DevOps.
//
// Client answers the questions of the generators scmProvider and pullRequest.
// Which repositories and pull requests an answer has follows Argo CD's
// generators of the same names:
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-SCM-Provider/
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Pull-Request/
//
// It never returns part of an answer. A missing repository, a refused
// credential and an answer that a provider cuts short are errors: only an empty
// list is an empty list.
package scm
