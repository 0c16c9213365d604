// Package appsetmore holds more ApplicationSets and what Argo CD 3.5.1's own
// expansion code makes of them, in the layout that
// docs/testing-applicationsets.md describes. They cover corners that
// test/appset-cases leaves out: values and templates that no row meets,
// selectors on a Secret's own label, lookup of repositories and projects, each
// class of validation, what every Git host answers, YAML 1.1.
package appsetmore
