// What the browser phone uses of JsSIP.
export { UA, WebSocketInterface } from "jssip";
