package generators

// Row is one parameter set and where it comes from.
type Row struct {
	Params Params
	Origin Origin
}
