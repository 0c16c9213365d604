package forge

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
)

// Cache keeps answers to ask whether they still hold (RFC 9110, If-None-Match).
// Providers that do not count such questions against a rate limit can then be
// asked about a thousand repositories often. What was least recently asked for
// goes first. Several connections share one; each credential sees its own
// answers.
type Cache struct {
	mu      sync.Mutex
	max     int
	size    int
	order   *list.List // of *kept, the most recent first
	entries map[cacheKey]*list.Element
}

type cacheKey = [sha256.Size]byte

// kept is an answer and the tag that names it.
type kept struct {
	key    cacheKey
	tag    string
	header http.Header
	body   []byte
}

// overhead is a guess at what an entry takes besides its body, in bytes.
const overhead = 2 << 10

func (k *kept) size() int { return len(k.body) + overhead }

// NewCache makes one of about max bytes.
func NewCache(max int) *Cache {
	return &Cache{max: max, order: list.New(), entries: map[cacheKey]*list.Element{}}
}

func (c *Cache) get(key cacheKey) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	element := c.entries[key]
	if element == nil {
		return nil
	}
	c.order.MoveToFront(element)
	return element.Value.(*kept)
}

func (c *Cache) put(k *kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.entries[k.key]; old != nil {
		c.remove(old)
	}
	if k.size() > c.max/4 {
		return // it would displace too much
	}
	c.entries[k.key] = c.order.PushFront(k)
	c.size += k.size()
	for c.size > c.max {
		c.remove(c.order.Back())
	}
}

func (c *Cache) remove(element *list.Element) {
	k := element.Value.(*kept)
	c.order.Remove(element)
	delete(c.entries, k.key)
	c.size -= k.size()
}

// remembered is what is kept for a request, or nil.
func (c *Conn) remembered(req *http.Request) *kept {
	if c.cache == nil || req.Method != http.MethodGet {
		return nil
	}
	return c.cache.get(c.cacheKey(req))
}

// remember keeps a successful answer that has a tag.
func (c *Conn) remember(req *http.Request, resp *http.Response, body []byte) {
	tag := resp.Header.Get("ETag")
	if c.cache == nil || req.Method != http.MethodGet || resp.StatusCode != http.StatusOK || tag == "" {
		return
	}
	c.cache.put(&kept{key: c.cacheKey(req), tag: tag, header: resp.Header.Clone(), body: body})
}

// cacheKey tells apart what is asked, by whom, and whether the body was read.
func (c *Conn) cacheKey(req *http.Request) cacheKey {
	owner, mode := c.key(), "read "
	if req.Context().Value(unread{}) != nil {
		mode = "unread "
	}
	return sha256.Sum256([]byte(string(owner[:]) + mode + req.URL.String()))
}

// answer is resp as it was when k was kept.
func (k *kept) answer(resp *http.Response) *http.Response {
	resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	resp.Header = k.header.Clone()
	resp.Body = io.NopCloser(bytes.NewReader(k.body))
	resp.ContentLength = int64(len(k.body))
	return resp
}
