// Package query is the loop over Queries: questions to the agent that delivers
// an Application, asked through Kubernetes objects.
//
// Every replica runs it. The one that holds the session of the Application's
// cluster asks and writes the answer; the leader says why nobody can, and
// removes what is ten minutes old. A query is answered once.
//
// It decides nothing about who may ask: who may create a Query may see the
// answer. It looks at no answer.
package query
