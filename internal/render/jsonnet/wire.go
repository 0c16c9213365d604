package jsonnet

// setup is the first message to the child.
type setup struct {
	ExtVars []variable `json:"extVars,omitempty"`
	TLAs    []variable `json:"tlas,omitempty"`
	// MemoryBytes is the most the child may take beyond what it starts with.
	MemoryBytes uint64 `json:"memoryBytes"`
	// CPUSeconds is the most processor time it may use.
	CPUSeconds uint64 `json:"cpuSeconds"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Code  bool   `json:"code,omitempty"`
}

// request asks the child to evaluate a file.
type request struct {
	File string `json:"file"`
}

// reply is a message of the child: a question about an import, or the end.
type reply struct {
	Import *imported `json:"import,omitempty"`
	Output string    `json:"output,omitempty"`
	Error  string    `json:"error,omitempty"`
}

type imported struct {
	From string `json:"from"`
	Path string `json:"path"`
}

// content answers a question about an import.
type content struct {
	Name  string `json:"name,omitempty"`
	Text  []byte `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}
