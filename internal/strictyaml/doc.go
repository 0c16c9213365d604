// Package strictyaml converts YAML that people write to JSON, and refuses keys
// that are written twice. It refuses nothing that merge keys bring in.
package strictyaml
