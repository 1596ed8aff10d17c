package obs

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The operations of the protocol.
const (
	opHello = iota
	opIdentify
	opIdentified
	opReidentify
	_
	opEvent
	opRequest
	opRequestResponse
	opRequestBatch
	opRequestBatchResponse
)

// The codes that a socket is closed with.
const (
	messageDecodeError    = 4002
	missingDataField      = 4003
	invalidDataFieldType  = 4004
	unknownOpCode         = 4006
	notIdentified         = 4007
	alreadyIdentified     = 4008
	authenticationFailed  = 4009
	unsupportedRPCVersion = 4010
)

// everything is what a client hears that does not say: all that is not told many times a second.
const everything = 1<<12 - 1

// client is one connection.
type client struct {
	server                    *Server
	socket                    *websocket.Conn
	password, salt, challenge string

	// mu guards writing, and what the client hears.
	mu         sync.Mutex
	identified bool
	topics     int
}

// talk greets the client and does what it says until it is gone.
func (c *client) talk() {
	hello := map[string]any{"obsStudioVersion": "33.0.1", "obsWebSocketVersion": "5.7.3", "rpcVersion": 1}
	if c.password != "" {
		hello["authentication"] = map[string]string{"challenge": c.challenge, "salt": c.salt}
	}
	c.send(opHello, hello)
	for {
		_, text, err := c.socket.ReadMessage()
		if err != nil {
			return
		}
		if code, why := c.hear(text); code != 0 {
			c.close(code, why)
			return
		}
	}
}

// hear does what a message says; a code ends the connection.
func (c *client) hear(text []byte) (code int, why string) {
	var m struct {
		Op   *int            `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	switch err := json.Unmarshal(text, &m); {
	case err != nil:
		return messageDecodeError, "The payload is not valid JSON."
	case m.Op == nil:
		return missingDataField, "Your request is missing an `op` field."
	case len(m.Data) == 0:
		return missingDataField, "Your payload is missing data (`d`)."
	case m.Data[0] != '{':
		return invalidDataFieldType, "Your `d` is not an object."
	}
	c.mu.Lock()
	identified := c.identified
	c.mu.Unlock()
	switch {
	case *m.Op != opIdentify && !identified:
		return notIdentified, "You attempted to send a message before identifying."
	case *m.Op == opIdentify && identified:
		return alreadyIdentified, "You are already identified with the obs-websocket server."
	case *m.Op == opIdentify, *m.Op == opReidentify:
		return c.identify(*m.Op, m.Data)
	case *m.Op == opRequest:
		var r request
		if json.Unmarshal(m.Data, &r) != nil {
			return invalidDataFieldType, "Your request is not an object of a request."
		}
		c.send(opRequestResponse, c.server.answer(r))
		return 0, ""
	case *m.Op == opRequestBatch:
		return c.batch(m.Data)
	}
	return unknownOpCode, "Unknown OpCode."
}

func (c *client) identify(op int, data json.RawMessage) (code int, why string) {
	var i struct {
		RPCVersion     *int   `json:"rpcVersion"`
		Authentication string `json:"authentication"`
		Topics         *int   `json:"eventSubscriptions"`
	}
	if json.Unmarshal(data, &i) != nil {
		return invalidDataFieldType, "A field is of another type."
	}
	if op == opIdentify {
		want := digest(digest(c.password+c.salt) + c.challenge)
		switch {
		case c.password != "" && subtle.ConstantTimeCompare([]byte(want), []byte(i.Authentication)) != 1:
			return authenticationFailed, "Authentication failed."
		case i.RPCVersion == nil:
			return missingDataField, "Your payload's data is missing an `rpcVersion`."
		case *i.RPCVersion != 1:
			return unsupportedRPCVersion, "Your requested RPC version is not supported by this server."
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if op == opIdentify {
		c.topics = everything
	}
	if i.Topics != nil {
		c.topics = *i.Topics
	}
	c.identified = true
	c.write(opIdentified, map[string]int{"negotiatedRpcVersion": 1})
	return 0, ""
}

func (c *client) batch(data json.RawMessage) (code int, why string) {
	var b struct {
		ID       string    `json:"requestId"`
		Halt     bool      `json:"haltOnFailure"`
		Requests []request `json:"requests"`
	}
	if json.Unmarshal(data, &b) != nil {
		return invalidDataFieldType, "Your request batch is not one."
	}
	results := []response{}
	for _, r := range b.Requests {
		answer := c.server.answer(r)
		results = append(results, answer)
		if b.Halt && !answer.Status.Result {
			break
		}
	}
	c.send(opRequestBatchResponse, map[string]any{"requestId": b.ID, "results": results})
	return 0, ""
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (c *client) send(op int, data any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(op, data)
}

// write writes one message; the lock is held. A client that does not read is gone.
func (c *client) write(op int, data any) {
	_ = c.socket.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if c.socket.WriteJSON(map[string]any{"op": op, "d": data}) != nil {
		_ = c.socket.NetConn().Close()
	}
}

// tell writes an event if the client hears of its topic.
func (c *client) tell(topic int, event map[string]any) {
	c.mu.Lock()
	hears := c.identified && c.topics&topic != 0
	c.mu.Unlock()
	if hears {
		c.send(opEvent, event)
	}
}

func (c *client) close(code int, why string) {
	_ = c.socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
	_ = c.socket.NetConn().SetReadDeadline(time.Now().Add(time.Second)) // the client answers, or is gone
}
