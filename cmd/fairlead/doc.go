// Command fairlead is the hub, its command line, and the demo.
//
// One file per command; each reads flags, calls one package, and prints.
package main
