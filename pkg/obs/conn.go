// Package obs speaks to OBS through obs-websocket 5: it identifies itself, asks, and hears what
// happens. It hides the protocol and its socket.
package obs

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// ErrPassword tells that OBS asks for another password than the one given; trying again is of no use.
var ErrPassword = errors.New("OBS asks for another password")

// ErrVersion tells that OBS speaks another version of the protocol; trying again is of no use.
var ErrVersion = errors.New("OBS speaks another version of obs-websocket")

// Options say which OBS to speak to.
type Options struct {
	// URL of obs-websocket, such as ws://127.0.0.1:4455.
	URL string
	// Password of obs-websocket; it is not sent, and not needed where OBS asks for none.
	Password string
	// Topics are what to hear of.
	Topics Topic
}

// The operations of the protocol.
const (
	opHello           = 0
	opIdentify        = 1
	opIdentified      = 2
	opEvent           = 5
	opRequest         = 6
	opRequestResponse = 7
)

// The codes that OBS closes a socket with, of which something follows.
const (
	closeAuthenticationFailed  = 4009
	closeUnsupportedRPCVersion = 4010
)

const (
	// rpcVersion is the version of the protocol that is spoken here.
	rpcVersion = 1
	// largest is how many bytes one message may have: lists of scenes are long.
	largest = 16 << 20
	// pinged is how often OBS has to show that it is there, and silence how long it may show nothing.
	pinged, silence = 10 * time.Second, 30 * time.Second
	// writing is how long OBS may take to read one message.
	writing = 10 * time.Second
)

// message is the envelope of everything.
type message struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

// Conn is a connection that OBS has accepted.
type Conn struct {
	socket  *websocket.Conn
	arrived chan Event
	events  chan Event
	// ended is closed when the connection has ended; then err says why.
	ended chan struct{}
	err   error
	done  sync.WaitGroup

	// writes lets one message be written at a time.
	writes sync.Mutex

	mu      sync.Mutex
	asked   int
	answers map[string]chan response
}

// Connect connects and identifies itself. Errors: ErrPassword, ErrVersion; any other may be over when it
// is tried again.
func Connect(ctx context.Context, o Options) (*Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: writing, Proxy: http.ProxyFromEnvironment, Subprotocols: []string{"obswebsocket.json"}}
	socket, res, err := dialer.DialContext(ctx, o.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("connecting to OBS: %w", err)
	}
	_ = res.Body.Close()
	socket.SetReadLimit(largest)
	c := &Conn{
		socket: socket, arrived: make(chan Event), events: make(chan Event), ended: make(chan struct{}),
		answers: map[string]chan response{},
	}
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	err = c.identify(o)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = socket.Close()
		return nil, fmt.Errorf("connecting to OBS: %w", err)
	}
	c.done.Go(c.read)
	c.done.Go(c.deliver)
	c.done.Go(c.ping)
	return c, nil
}

// identify answers OBS's greeting.
func (c *Conn) identify(o Options) error {
	_ = c.socket.SetReadDeadline(time.Now().Add(writing))
	var hello struct {
		RPCVersion     int `json:"rpcVersion"`
		Authentication *struct {
			Challenge string `json:"challenge"`
			Salt      string `json:"salt"`
		} `json:"authentication"`
	}
	if err := c.expect(opHello, &hello); err != nil {
		return err
	}
	if hello.RPCVersion < rpcVersion {
		return ErrVersion
	}
	identify := map[string]any{"rpcVersion": rpcVersion, "eventSubscriptions": o.Topics}
	if a := hello.Authentication; a != nil {
		identify["authentication"] = proof(o.Password, a.Salt, a.Challenge)
	}
	if err := c.write(opIdentify, identify); err != nil {
		return err
	}
	return c.expect(opIdentified, &struct{}{})
}

// proof shows that one knows the password without telling it.
func proof(password, salt, challenge string) string {
	secret := digest(password + salt)
	return digest(secret + challenge)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// expect reads one message.
func (c *Conn) expect(op int, out any) error {
	var m message
	if err := c.socket.ReadJSON(&m); err != nil {
		return closed(err)
	}
	if m.Op != op {
		return fmt.Errorf("OBS sent operation %d in place of %d", m.Op, op)
	}
	return json.Unmarshal(m.Data, out)
}

// closed says what the end of a socket means.
func closed(err error) error {
	var end *websocket.CloseError
	switch {
	case !errors.As(err, &end):
		return err
	case end.Code == closeAuthenticationFailed:
		return ErrPassword
	case end.Code == closeUnsupportedRPCVersion:
		return ErrVersion
	}
	return err
}

func (c *Conn) write(op int, data any) error {
	c.writes.Lock()
	defer c.writes.Unlock()
	_ = c.socket.SetWriteDeadline(time.Now().Add(writing))
	return c.socket.WriteJSON(map[string]any{"op": op, "d": data})
}

// read takes in what OBS sends until the connection ends.
func (c *Conn) read() {
	defer close(c.ended)
	defer close(c.arrived)
	heard := func() { _ = c.socket.SetReadDeadline(time.Now().Add(silence)) }
	c.socket.SetPongHandler(func(string) error { heard(); return nil })
	for {
		heard()
		_, text, err := c.socket.ReadMessage()
		at := time.Now()
		if err != nil {
			c.err = fmt.Errorf("hearing OBS: %w", closed(err))
			return
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			c.err = fmt.Errorf("hearing OBS: %w", err)
			return
		}
		switch m.Op {
		case opEvent:
			e := Event{At: at}
			if err := json.Unmarshal(m.Data, &e); err != nil {
				c.err = fmt.Errorf("hearing OBS: %w", err)
				return
			}
			c.arrived <- e
		case opRequestResponse:
			c.answer(m.Data)
		}
	}
}

// ping asks OBS for a sign of life: a machine that is gone says nothing by itself.
func (c *Conn) ping() {
	ticker := time.NewTicker(pinged)
	defer ticker.Stop()
	for {
		select {
		case <-c.ended:
			return
		case <-ticker.C:
			_ = c.socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(writing)) // reading tells when it fails
		}
	}
}

// Err is why the connection has ended, once Events is closed.
func (c *Conn) Err() error {
	<-c.ended
	return c.err
}

// Close ends the connection.
func (c *Conn) Close() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.socket.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	_ = c.socket.Close()
	for range c.events { // what is left is not heard any more
	}
	c.done.Wait()
}
